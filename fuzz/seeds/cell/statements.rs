let (a, mut b): (u8, String) = t; let P { x, y: Q(z, ..), .. } = p else { return Ok(()) };
let f = |n: i64, mut m: u8| -> i64 { n + 1 }; let g = move || x;
x = 5; a.b[0] += 1; 'l: loop { break 'l; }
for i in 0..10 { println!("{i} {:?} {x:>w$}", f(i)); }
let r#type = async { f().await }; f().await?;
if let Some(v) = o && v > 1 { 1 } else { 2 };
match x { 0 | 1 if true => {}, _ => () }
unsafe { COUNT += 1 }
(a, b.c, d[0], r"raw"", b"\xff", c"c", 'c', b'\n', 1e3_f32, "größe")