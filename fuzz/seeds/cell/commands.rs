:dep rand = { version = "0.9", features = ["a"] }
  :timing on
let x = 1; // comment
:time x + 1
/* block /* nested */ */
::std::process::id()