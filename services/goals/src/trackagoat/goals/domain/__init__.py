"""What goals are, what their periods come to, and how far the figures can be trusted. Pure."""
