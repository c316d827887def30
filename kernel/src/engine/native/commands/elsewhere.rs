//! What people type who come from IPython: no Rust, and told so together with what does the same here.

use super::super::advice::nearest;
use super::super::compile::other_error;
use super::{names, usage};
use crate::engine::CellError;

/// IPython's magics, and what does the same.
const MAGICS: [(&[&str], &str); 14] = [
    (&["timeit"], ":bench EXPRESSION"),
    (&["time"], ":time EXPRESSION"),
    (&["who", "whos", "who_ls"], ":vars"),
    (&["env", "set_env"], ":env NAME=VALUE"),
    (&["pip", "conda", "mamba", "uv"], ":dep NAME = \"VERSION\""),
    (&["load", "run", "loadpy"], ":load FILE.rs"),
    (&["save", "notebook", "logstart"], ":save FILE.rs"),
    (&["store"], ":save-state FILE"),
    (&["reset", "reset_selective", "xdel"], ":clear"),
    (&["pdoc", "pinfo", "pinfo2", "psource"], ":doc NAME"),
    (&["magic", "lsmagic", "quickref"], ":help"),
    (
        &[
            "system", "sx", "ls", "cat", "pwd", "mkdir", "cp", "mv", "rm",
        ],
        ":sh COMMAND",
    ),
    (&["cd"], "std::env::set_current_dir(FOLDER)?"),
    (&["script", "perl", "ruby", "python", "python3"], "%%bash"),
];

/// What is wrong with a cell that begins with `%`, as no Rust does.
pub(in super::super) fn magic(cell: &str) -> Option<CellError> {
    let rest = cell.trim_start().strip_prefix('%')?;
    let typed: String = rest.lines().next()?.split_whitespace().next()?.to_owned();
    let name = typed.trim_start_matches('%');
    let same = MAGICS
        .iter()
        .find(|(magics, _)| magics.contains(&name))
        .map(|(_, same)| (*same).to_owned())
        .or_else(|| {
            let command = usage(name).or_else(|| usage(nearest(name, names())?))?;
            Some(command.0.to_owned())
        });
    let instead = match same {
        Some(same) if typed.starts_with('%') && same.contains("EXPRESSION") => {
            format!("`{same}` and, for whole cells, `:timing` are what is here")
        }
        Some(same) => format!("here it is `{same}`"),
        None => "`:help` lists what there is".to_owned(),
    };
    Some(other_error(
        "CommandError",
        format!(
            "`%{typed}` is not known: commands start with `:`, scripts with `%%bash` or `%%sh`; {instead}."
        ),
    ))
}

/// Says how shell commands are written where a cell that looks like one in IPython is no Rust.
pub(in super::super) fn advise(cell: &str, mut error: CellError) -> CellError {
    let line = cell.trim();
    if let Some(command) = line.strip_prefix('!')
        && !line.contains('\n')
        && !matches!(error.ename.as_str(), "panic" | "Interrupted")
    {
        let command = command.trim();
        let help = format!("help: a shell command is written `:sh {command}`");
        error.traceback.push(help);
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(cell: &str) -> String {
        magic(cell).unwrap().evalue
    }

    #[test]
    fn magics_have_their_like() {
        assert!(told("%timeit 1 + 1").contains("here it is `:bench EXPRESSION`"));
        assert!(told("%%time\nlet x = 1;").contains("`:timing`"));
        assert!(told("%pip install rand").contains("`:dep NAME = \"VERSION\"`"));
        assert!(told("%vars").contains("here it is `:vars`"));
        assert!(told("%%python\n1").contains("scripts with `%%bash`"));
        assert!(told("%zzzzzz").contains("`:help`"));
        assert!(magic("a % b").is_none());
        assert!(magic("").is_none());
    }

    #[test]
    fn a_shell_command_is_advised_where_it_is_no_rust() {
        let error = |ename: &str| CellError::plain(ename, "x");
        let told = advise("!ls -l", error("E0425")).traceback;
        assert_eq!(told[1], "help: a shell command is written `:sh ls -l`");
        assert_eq!(advise("!f()", error("panic")).traceback.len(), 1);
        assert_eq!(advise("ls", error("E0425")).traceback.len(), 1);
    }
}
