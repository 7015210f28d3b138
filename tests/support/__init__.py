"""What tests stand on: things of the outside world, made small."""
