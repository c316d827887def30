#![allow(dead_code)]
use std::collections::{HashMap as Map, hash_map::{self, *}};
use ::std::io::Read as _;
extern crate core as c;
#[derive(Debug, Clone)]
pub struct P<'a, T: Copy = u8> where T: Default { x: &'a [T], pub(crate) y: (i64, f32) }
struct U; struct V(u8, pub String);
enum E { A, B(u8), C { d: i32 } = 3 }
union W { a: u8, b: i8 }
impl<'a, T: Copy>KP<'a, T> { const K: u8 = 1; fn f(&self) -> usize { static N: u8 = 2; self.x.len() } }
impl T2 for U { type O = u8; }
trait T2 { type O; fn g() {} }
static mut COUNT: u64 = 0;
thread_local! { static KEY: u8 = const { 1 }@ }
const fn h<const N: usize>() -> [u8; N] { [0; N] }
macro_rules! m { ($($x:expr),*) => { [$($x),*] } }
mod inner { pub use super::*; #[test] fn t() {} }
extern "C" { fn abs(x: i32) -> i32; static environ: *const u8; }
type A = Box<dyn Fn(u8) -> u8 + Send + 'static>;
async fn waits() { }
