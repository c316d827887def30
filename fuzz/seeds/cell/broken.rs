let s = "open
fn f( { ] // \
:vars
'