"""Analytics as the API shows them."""
