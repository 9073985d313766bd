"""The public page of a program, and the application behind it: `/apply/<organization>/<program>/`."""
