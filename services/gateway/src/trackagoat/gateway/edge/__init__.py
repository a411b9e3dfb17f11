"""The edge: everything that happens to a call before and after its handler."""
