"""What the compiler can write: one module for each kind of program text."""
