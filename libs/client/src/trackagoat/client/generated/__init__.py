"""What is written from the API's registry of routes."""
