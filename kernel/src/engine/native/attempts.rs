//! What the next attempt at compiling a cell does otherwise.
//!
//! rustc itself says what a cell does with its variables: that it moves one (E0382, about our code that puts it
//! back), that one never got a value (E0381), that one holds a closure (its type in MIR), that one borrows (E0597, about
//! our code that keeps it), that a `?` is on something that is no error (E0277).

use super::generate::{
    CELL_FILE, Ending, Generated, Keep, Kept, Plan, QuestionMark, ROOT_FILE, Take,
};
use super::mir::{Mir, Written, written};
use super::split::Split;
use crate::engine::diagnostics::rustc::Diagnostic;

/// What rejected code means for the plan.
pub(super) enum Verdict {
    /// Only our own code was wrong: try with this plan.
    Again(Plan),
    /// The types of these earlier variables cannot be written in this cell.
    Unwritable(Vec<String>),
    /// The user's code is wrong.
    Wrong,
}

/// Looks for errors that the generated code provoked.
pub(super) fn after_rejection(
    plan: &Plan,
    generated: &Generated,
    split: &Split,
    diagnostics: &[Diagnostic],
) -> Verdict {
    let mut next = plan.clone();
    let mut explained = true;
    let mut ended = false;
    let mut unwritable = Vec::new();
    for diagnostic in diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.is_error())
    {
        let bad_type = generated
            .types
            .iter()
            .position(|range| !range.is_empty() && diagnostic.is_about(ROOT_FILE, range));
        match diagnostic.code() {
            Some("E0382" | "E0381") if excuse(&mut next, generated, split, diagnostic) => {}
            code if is_of_borrowing(code, &diagnostic.message)
                && end_with_cell(&mut next, generated, diagnostic) =>
            {
                ended = true;
            }
            Some("E0382" | "E0381") => explained = false,
            // A second type of error than `Error`s, so that those keep their own words where they can.
            Some("E0277")
                if plan.question_mark == QuestionMark::Errors
                    && diagnostic.message.starts_with("`?` couldn't convert") =>
            {
                next.question_mark = QuestionMark::Debug;
            }
            Some("E0282") if plan.shows && is_about_what_is_shown(generated, diagnostic) => {
                next.shows = false;
            }
            _ if bad_type.is_some() => {
                unwritable.extend(bad_type.map(|index| plan.takes[index].0.name.clone()))
            }
            _ => explained = false,
        }
    }
    if !unwritable.is_empty() {
        return Verdict::Unwritable(unwritable);
    }
    // What is left without our code that keeps a variable is what rustc would say to a program.
    if explained || (ended && next != *plan) {
        Verdict::Again(next)
    } else {
        Verdict::Wrong
    }
}

/// Whether rustc complains that something is borrowed for too long.
fn is_of_borrowing(code: Option<&str>, message: &str) -> bool {
    match code {
        Some(code) => matches!(
            code,
            "E0373" | "E0499" | "E0502" | "E0505" | "E0506" | "E0515" | "E0521" | "E0597" | "E0716"
        ),
        None => message.starts_with("lifetime may not live long enough"),
    }
}

/// Lets a variable that borrows end with its cell; false if an error is not about keeping one.
fn end_with_cell(plan: &mut Plan, generated: &Generated, diagnostic: &Diagnostic) -> bool {
    let mut borrower = None;
    let mut of_keeping = false;
    for (index, range) in generated.keeps.iter().enumerate() {
        let Some(range) = range else { continue };
        // Where keeping one variable is what is wrong, it is lent to another.
        let lent = diagnostic.code() == Some("E0505") && diagnostic.is_about(CELL_FILE, range);
        of_keeping |= lent;
        // Of a closure, the error itself is about what it borrows, and a note about where it has to outlive the cell.
        let noted = diagnostic.code() == Some("E0373")
            && (diagnostic.children.iter()).any(|note| note.touches(CELL_FILE, range));
        if !lent && (noted || diagnostic.touches(CELL_FILE, range)) {
            borrower = Some(index);
        }
    }
    of_keeping |=
        (generated.takes.iter().flatten()).any(|range| diagnostic.is_about(ROOT_FILE, range));
    if let Some(index) = borrower {
        plan.keeps[index].1 = Keep::Ends(Ending::Borrows { first: false });
        return true;
    }
    let mut changed = false;
    for (_, keep) in plan.keeps.iter_mut().filter(|_| of_keeping) {
        if let Keep::Ends(Ending::Borrows { first }) = keep {
            changed |= !std::mem::replace(first, true);
        }
    }
    changed
}

fn is_about_what_is_shown(generated: &Generated, diagnostic: &Diagnostic) -> bool {
    let shown = generated.shown.as_ref();
    shown.is_some_and(|range| diagnostic.is_about(CELL_FILE, range))
}

/// Changes the plan so that an error about a variable's fate goes away; false if it is the user's.
fn excuse(plan: &mut Plan, generated: &Generated, split: &Split, diagnostic: &Diagnostic) -> bool {
    let about = |file: &str, range: &Option<std::ops::Range<usize>>| {
        range
            .as_ref()
            .is_some_and(|range| diagnostic.is_about(file, range))
    };
    for ((variable, take), range) in plan.takes.iter_mut().zip(&generated.takes) {
        match take {
            Take::PutBack if about(ROOT_FILE, range) => {
                *take = if split.assigned.contains(&variable.name) {
                    Take::Inside
                } else {
                    Take::Moved
                };
                return true;
            }
            Take::Inside if about(CELL_FILE, range) => {
                *take = Take::Moved;
                return true;
            }
            _ => {}
        }
    }
    for ((_, keep), range) in plan.keeps.iter_mut().zip(&generated.keeps) {
        if about(CELL_FILE, range) {
            *keep = match diagnostic.code() {
                Some("E0381") => Keep::Unset,
                _ => Keep::Moved,
            };
            return true;
        }
    }
    false
}

/// What the types of the kept variables mean for the plan.
pub(super) enum Types {
    /// All can be written: in the order of [`Plan::kept`].
    Written(Vec<String>),
    /// Some must be coerced or cannot be kept: try with this plan.
    Other(Plan),
    /// An earlier variable was given a value whose type cannot be written: its name and this type.
    Unwritable { name: String, ty: String },
}

/// Reads the types of a cell's variables.
pub(super) fn types(plan: &Plan, mir: &Mir) -> Types {
    let mut next = plan.clone();
    let mut types = Vec::new();
    let mut other = false;
    for (index, kept) in plan.kept().enumerate() {
        // Code that is never reached (behind a panic, say) is not in MIR: the variable is never kept.
        let found = mir.kept.get(&index).map_or("()", String::as_str);
        let coercion = match written(found) {
            Written::As(ty) => {
                types.push(ty);
                continue;
            }
            Written::Function(ty) => Keep::Coerced { ty, boxed: false },
            Written::Closure(closure) if mir.closures.contains_key(&closure) => {
                let ty = format!("::std::boxed::Box<{}>", mir.closures[&closure].dyn_type());
                Keep::Coerced { ty, boxed: true }
            }
            Written::Closure(_) | Written::Not => match kept {
                Kept::New(_) => Keep::Ends(Ending::Unwritable),
                Kept::Again(variable) => {
                    return Types::Unwritable {
                        name: variable.name.clone(),
                        ty: found.into(),
                    };
                }
            },
        };
        other = true;
        if let Kept::New(binding) = kept {
            for (made, keep) in &mut next.keeps {
                if made.name == binding.name {
                    *keep = coercion.clone();
                }
            }
        }
    }
    if other {
        Types::Other(next)
    } else {
        Types::Written(types)
    }
}
