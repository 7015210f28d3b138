"""Speed, as ratios within one run: `make bench`. Never asserted in tests; a line says what was aimed at."""
