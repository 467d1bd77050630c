"""What `make bench` measures. Nothing of the product."""
