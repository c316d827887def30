let x = 1;
extern crate core as c