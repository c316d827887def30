//! A session as rust-analyzer sees it: a crate of its items, and one with the cell behind its variables.

use super::super::lex::command_lines;
use super::super::split::blank;
use super::Known;
use crate::engine::Completion;
use crate::engine::analyzer::{Asked, Question};
use crate::engine::source_map::SourceMap;

/// Cells that have everything read which most questions are about.
const PRIMERS: [&str; 3] = [
    "wick::Tensor::ones([1]).",
    "vec![1].iter().",
    "String::new().",
];

/// Functions of the crate around the cell, which are nobody's to call.
const OURS: [&str; 2] = ["wick_given", "wick_cell"];

impl Known {
    /// What rust-analyzer offers at a place, if it is there and fast.
    pub(super) async fn ask_analyzer(&self, code: &str, cursor: usize) -> Option<Vec<Completion>> {
        let asked = Asked {
            question: &|| self.question(code, cursor),
            primers: &|| self.primers(),
        };
        let mut analyzer = self.analyzer.lock().await;
        let answer = analyzer.complete(self.project.clone(), asked).await;
        let ours = |it: &Completion| OURS.contains(&it.text.as_str());
        answer.map(|items| items.into_iter().filter(|it| !ours(it)).collect())
    }

    /// What it tells of the name at a place.
    pub(super) async fn hover(&self, code: &str, cursor: usize) -> Option<String> {
        let asked = Asked {
            question: &|| self.question(code, cursor),
            primers: &|| self.primers(),
        };
        let mut analyzer = self.analyzer.lock().await;
        analyzer.hover(self.project.clone(), asked).await
    }

    fn primers(&self) -> Vec<Question> {
        let primers = PRIMERS.iter();
        primers
            .map(|code| self.question(code, code.len()))
            .collect()
    }

    /// The session, with `code` as the cell that is being written.
    fn question(&self, code: &str, cursor: usize) -> Question {
        let cursor = code.floor_char_boundary(cursor.min(code.len()));
        let mut cell = String::from("#![allow(warnings)]\nuse ::wick::prelude::*;\n");
        if !self.notebook.is_empty() {
            cell.push_str(&self.notebook.imports());
        }
        cell.push_str(&self.notebook.macros(|_| true));
        cell.push_str(
            "fn wick_given<T>() -> T { loop {} }\n\
             async fn wick_cell() -> ::core::result::Result<(), ::std::boxed::Box<dyn ::std::error::Error>> {\n",
        );
        for text in self.notebook.uses.texts() {
            cell.push_str(&text);
            cell.push('\n');
        }
        for variable in self.variables.iter() {
            let (name, ty) = (&variable.name, &variable.ty);
            let mutable = if variable.mutable { "mut " } else { "" };
            cell.push_str(&format!("let {mutable}{name}: {ty} = wick_given();\n"));
        }
        // A block of its own: what the cell declares may have the names of what is there.
        cell.push_str("{\n");
        let at = cell.len() + cursor;
        cell.push_str(&blank(code, &command_lines(code)));
        cell.push_str("\n;}\n::core::result::Result::Ok(())\n}\n");
        Question {
            items: in_one_file(&self.notebook.source()),
            cell,
            at,
        }
    }
}

/// The crate of items without the files that it includes.
fn in_one_file(source: &SourceMap) -> String {
    let root = source.get("notebook.rs").map(|file| file.text());
    let mut text = root.unwrap_or_default().to_owned();
    for file in source.files() {
        let include = format!("include!({:?});", file.name());
        text = text.replace(&include, &format!("\n{}\n", file.text()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::source_map::SourceFile;

    #[test]
    fn what_is_included_is_written_out() {
        let mut map = SourceMap::default();
        let mut root = SourceFile::new("notebook.rs", None);
        root.push("pub mod cell1 { include!(\"In[1]\"); }");
        let mut cell = SourceFile::new("In[1]", None);
        cell.push("pub struct P;");
        map.insert(root);
        map.insert(cell);
        assert_eq!(in_one_file(&map), "pub mod cell1 { \npub struct P;\n }");
    }
}
