"""Servers that speak like providers of TikTok data, for the tests of this project and of those who build on it."""
