let a = 1;
TT
