"""What tests of services use: given/when/then, real servers, contract suites."""
