"""The ways a message leaves the house, one file each. The bell needs none: its entries are the alerts themselves."""
