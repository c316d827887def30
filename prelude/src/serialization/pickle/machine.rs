//! The machine that runs pickles.

use std::collections::HashMap;
use std::io::BufRead;

use super::call::{Allowed, Global, global};
use super::object::{Id, Node, Object};
use super::op;
use super::source::Source;
use crate::error::{Error, Result};
use crate::serialization::damaged;

/// Reads one pickle, to its end.
///
/// # Errors
/// When it is damaged, or names a function or class that is not allowed.
pub(crate) fn unpickle(source: &mut dyn BufRead, allowed: Allowed) -> Result<Object> {
    let mut machine = Machine {
        source: Source(source),
        allowed,
        nodes: Vec::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
    };
    let root = machine.run()?;
    Ok(Object {
        nodes: machine.nodes,
        root,
    })
}

pub(super) struct Machine<'a> {
    source: Source<'a>,
    allowed: Allowed,
    /// Every object that was made.
    nodes: Vec<Node>,
    stack: Vec<Id>,
    /// How high the stack was at each mark.
    marks: Vec<usize>,
    memo: HashMap<u64, Id>,
}

impl Machine<'_> {
    pub fn node(&self, id: Id) -> &Node {
        // Ids are made by `push` alone, and nodes never go away.
        &self.nodes[id]
    }

    pub fn set(&mut self, id: Id, node: Node) {
        self.nodes[id] = node;
    }

    fn push(&mut self, node: Node) {
        self.nodes.push(node);
        self.stack.push(self.nodes.len() - 1);
    }

    fn pop(&mut self) -> Result<Id> {
        // What lies below a mark belongs to whoever began before it.
        let floor = self.marks.last().copied().unwrap_or(0);
        match self.stack.len() > floor {
            true => self.stack.pop().ok_or_else(empty),
            false => Err(empty()),
        }
    }

    fn top(&self) -> Result<Id> {
        self.stack.last().copied().ok_or_else(empty)
    }

    /// What lies above the last mark, which goes away.
    fn above_mark(&mut self) -> Result<Vec<Id>> {
        let mark = self.marks.pop().ok_or_else(empty)?;
        Ok(self.stack.split_off(mark.min(self.stack.len())))
    }

    fn run(&mut self) -> Result<Id> {
        loop {
            let code = self.source.u8()?;
            if code == op::STOP {
                return self.pop();
            }
            self.step(code)?;
        }
    }

    fn step(&mut self, code: u8) -> Result<()> {
        match code {
            op::PROTO => {
                let version = self.source.u8()?;
                if version > 5 {
                    return Err(Error::runtime(format!(
                        "it is a pickle of the unknown protocol {version}"
                    )));
                }
            }
            op::FRAME => drop(self.source.u64()?),
            op::MARK => self.marks.push(self.stack.len()),
            op::POP => drop(self.pop()?),
            op::POP_MARK => drop(self.above_mark()?),
            op::DUP => self.stack.push(self.top()?),

            op::NONE => self.push(Node::None),
            op::NEWTRUE => self.push(Node::Bool(true)),
            op::NEWFALSE => self.push(Node::Bool(false)),
            op::INT | op::LONG | op::FLOAT => {
                let line = self.source.line()?;
                self.push(number(code, &line)?);
            }
            op::BININT => {
                let value = i32::from_le_bytes(self.source.bytes()?);
                self.push(Node::Int(value.into()));
            }
            op::BININT1 => {
                let value = self.source.u8()?;
                self.push(Node::Int(value.into()));
            }
            op::BININT2 => {
                let value = self.source.u16()?;
                self.push(Node::Int(value.into()));
            }
            op::LONG1 => {
                let len = self.source.u8()?;
                self.long(len.into())?;
            }
            op::LONG4 => {
                let len = self.source.u32()?;
                self.long(len.into())?;
            }
            op::BINFLOAT => {
                let value = f64::from_be_bytes(self.source.bytes()?);
                self.push(Node::Float(value));
            }
            _ => return self.step_texts(code),
        }
        Ok(())
    }

    fn step_texts(&mut self, code: u8) -> Result<()> {
        match code {
            op::BINUNICODE | op::SHORT_BINUNICODE | op::BINUNICODE8 => {
                let len = self.len(code, op::SHORT_BINUNICODE, op::BINUNICODE8)?;
                let text = self.source.text(len)?;
                self.push(Node::Str(text));
            }
            op::BINBYTES | op::SHORT_BINBYTES | op::BINBYTES8 | op::BYTEARRAY8 => {
                let eight = if code == op::BYTEARRAY8 {
                    op::BYTEARRAY8
                } else {
                    op::BINBYTES8
                };
                let len = self.len(code, op::SHORT_BINBYTES, eight)?;
                let bytes = self.source.take(len)?;
                self.push(Node::Bytes(bytes));
            }
            // Python 2's strings: text mostly, and bytes where they are none.
            op::BINSTRING | op::SHORT_BINSTRING => {
                let len = self.len(code, op::SHORT_BINSTRING, op::BINUNICODE8)?;
                let bytes = self.source.take(len)?;
                let text = String::from_utf8(bytes);
                self.push(text.map_or_else(|error| Node::Bytes(error.into_bytes()), Node::Str));
            }
            op::UNICODE => {
                let line = self.source.line()?;
                if line.contains('\\') {
                    return Err(Error::runtime(
                        "the pickle has a string with escapes, which is not supported",
                    ));
                }
                self.push(Node::Str(line));
            }
            op::GET | op::PUT => {
                let line = self.source.line()?;
                let at = line
                    .parse()
                    .map_err(|_| damaged("an object's number is none"))?;
                if code == op::GET {
                    self.recall(at)?
                } else {
                    self.remember(at)?
                }
            }
            op::BINGET => {
                let at = self.source.u8()?;
                self.recall(at.into())?;
            }
            op::LONG_BINGET => {
                let at = self.source.u32()?;
                self.recall(at.into())?;
            }
            op::BINPUT => {
                let at = self.source.u8()?;
                self.remember(at.into())?;
            }
            op::LONG_BINPUT => {
                let at = self.source.u32()?;
                self.remember(at.into())?;
            }
            op::MEMOIZE => self.remember(self.memo.len() as u64)?,
            _ => return self.step_containers(code),
        }
        Ok(())
    }

    fn step_containers(&mut self, code: u8) -> Result<()> {
        match code {
            op::EMPTY_LIST => self.push(Node::List(Vec::new())),
            op::EMPTY_TUPLE => self.push(Node::Tuple(Vec::new())),
            op::EMPTY_DICT => self.push(Node::Dict(Vec::new())),
            op::EMPTY_SET => self.push(Node::Set(Vec::new())),
            op::LIST => {
                let items = self.above_mark()?;
                self.push(Node::List(items));
            }
            op::TUPLE => {
                let items = self.above_mark()?;
                self.push(Node::Tuple(items));
            }
            op::FROZENSET => {
                let items = self.above_mark()?;
                self.push(Node::Set(items));
            }
            op::TUPLE1 | op::TUPLE2 | op::TUPLE3 => {
                let count = usize::from(code - op::TUPLE1) + 1;
                let mut items = (0..count).map(|_| self.pop()).collect::<Result<Vec<_>>>()?;
                items.reverse();
                self.push(Node::Tuple(items));
            }
            op::DICT => {
                let items = self.above_mark()?;
                self.push(Node::Dict(Vec::new()));
                self.set_items(&items)?;
            }
            op::APPEND => {
                let item = self.pop()?;
                self.append(&[item])?;
            }
            op::APPENDS | op::ADDITEMS => {
                let items = self.above_mark()?;
                self.append(&items)?;
            }
            op::SETITEM => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.set_items(&[key, value])?;
            }
            op::SETITEMS => {
                let items = self.above_mark()?;
                self.set_items(&items)?;
            }
            _ => return self.step_objects(code),
        }
        Ok(())
    }

    fn step_objects(&mut self, code: u8) -> Result<()> {
        match code {
            op::GLOBAL => {
                let (module, name) = (self.source.line()?, self.source.line()?);
                self.push(global(&module, &name, self.allowed)?);
            }
            op::STACK_GLOBAL => {
                let (name, module) = (self.pop()?, self.pop()?);
                let (Node::Str(module), Node::Str(name)) = (self.node(module), self.node(name))
                else {
                    return Err(damaged("the name of a global is no string"));
                };
                let global = global(module, name, self.allowed)?;
                self.push(global);
            }
            op::REDUCE | op::NEWOBJ => {
                let (arguments, function) = (self.pop()?, self.pop()?);
                let (Node::Global(function), Node::Tuple(arguments)) =
                    (self.node(function), self.node(arguments))
                else {
                    return Err(damaged("something is called that is no function"));
                };
                let (function, arguments): (Global, Vec<Id>) = (*function, arguments.clone());
                let result = self.call(function, &arguments)?;
                self.push(result);
            }
            op::BUILD => {
                let state = self.pop()?;
                let object = self.top()?;
                self.build(object, state)?;
            }
            op::BINPERSID => {
                let identity = self.pop()?;
                let storage = self.storage(identity)?;
                self.push(storage);
            }
            other => {
                return Err(Error::runtime(format!(
                    "Weights only load failed. Unsupported operand {other}"
                )));
            }
        }
        Ok(())
    }

    /// The length before a string: one byte, eight, or four.
    fn len(&mut self, code: u8, one: u8, eight: u8) -> Result<u64> {
        if code == one {
            Ok(self.source.u8()?.into())
        } else if code == eight {
            self.source.u64()
        } else {
            Ok(self.source.u32()?.into())
        }
    }

    /// An integer of `len` bytes with a sign, the lowest byte first.
    fn long(&mut self, len: u64) -> Result<()> {
        if len > 16 {
            return Err(Error::value(
                "an integer of the pickle has more than 128 bits",
            ));
        }
        let bytes = self.source.take(len)?;
        let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
        let mut all = [if negative { 0xff } else { 0 }; 16];
        all[..bytes.len()].copy_from_slice(&bytes);
        self.push(Node::Int(i128::from_le_bytes(all)));
        Ok(())
    }

    fn remember(&mut self, at: u64) -> Result<()> {
        let top = self.top()?;
        self.memo.insert(at, top);
        Ok(())
    }

    fn recall(&mut self, at: u64) -> Result<()> {
        let found = self.memo.get(&at).copied();
        self.stack
            .push(found.ok_or_else(|| damaged(format!("there is no object {at}")))?);
        Ok(())
    }

    fn append(&mut self, more: &[Id]) -> Result<()> {
        let top = self.top()?;
        match &mut self.nodes[top] {
            Node::List(items) | Node::Set(items) => items.extend(more),
            other => {
                return Err(Error::runtime(format!(
                    "Weights only load failed. Can only append to lists, but got {}",
                    other.kind()
                )));
            }
        }
        Ok(())
    }

    fn set_items(&mut self, items: &[Id]) -> Result<()> {
        let top = self.top()?;
        let (pairs, rest) = items.as_chunks::<2>();
        match &mut self.nodes[top] {
            Node::Dict(entries) if rest.is_empty() => {
                entries.extend(pairs.iter().map(|&[key, value]| (key, value)))
            }
            Node::Dict(_) => return Err(damaged("a dict has a key without a value")),
            other => {
                return Err(Error::runtime(format!(
                    "Weights only load failed. Can only set items of dict and collections.OrderedDict, but got {}",
                    other.kind()
                )));
            }
        }
        Ok(())
    }
}

fn empty() -> Error {
    damaged("the pickle takes more than it has put down")
}

/// Numbers that are written as lines.
fn number(code: u8, line: &str) -> Result<Node> {
    let wrong = || damaged(format!("`{line}` is no number"));
    match (code, line) {
        (op::INT, "00") => Ok(Node::Bool(false)),
        (op::INT, "01") => Ok(Node::Bool(true)),
        (op::FLOAT, _) => Ok(Node::Float(line.parse().map_err(|_| wrong())?)),
        _ => Ok(Node::Int(
            line.trim_end_matches('L').parse().map_err(|_| wrong())?,
        )),
    }
}
