//! Why cargo failed, in words of a notebook.

use super::failure::{NAME, failure};
use crate::engine::CellError;

/// What cargo said, its reason first and without its project, which is none of a person's business; then `errors`,
/// what compilers said.
pub(super) fn explain(said: &str, errors: &[String]) -> CellError {
    let lines: Vec<String> = said
        .lines()
        .skip_while(|line| !line.starts_with("error"))
        .filter(|line| !is_noise(line))
        .map(in_notebook_words)
        .collect();
    let mut lines = lines
        .iter()
        .map(String::as_str)
        .skip_while(|line| line.is_empty());
    let first = lines
        .next()
        .unwrap_or("error: cargo failed without saying why");
    let first = first.strip_prefix("error: ").unwrap_or(first);
    let rest: Vec<&str> = lines.collect();
    // What cargo heads with a mere "failed to …" it explains further down.
    let feature = rest.iter().find(|line| line.contains("does not have"));
    let mut causes = rest.windows(2).filter(|pair| pair[0] == "Caused by:");
    let message = match (feature, causes.next_back()) {
        (Some(reason), _) => reason.trim().trim_end_matches('.').to_owned(),
        (None, Some(cause)) => format!("{first}: {}", cause[1].trim()),
        (None, None) => first.to_owned(),
    };
    let said = rest
        .into_iter()
        .filter(|line| line.trim().trim_end_matches('.') != message);
    let compiler = errors.iter().flat_map(|error| error.trim_end().lines());
    let mut details: Vec<String> = said.chain(compiler).map(str::to_owned).collect();
    details.dedup_by(|next, line| next.trim().is_empty() && line.trim().is_empty());
    failure(NAME, &message, &details)
}

fn is_noise(line: &str) -> bool {
    let line = line.trim_start();
    [
        "... required by package",
        "Building ",
        "Compiling ",
        "Finished ",
        "location searched: crates.io index",
        "required by package `wick-session ",
        "warning: ",
    ]
    .iter()
    .any(|start| line.starts_with(start))
        || line.starts_with("error (") && line.contains(" remaining)")
        || line.contains("which could resolve this conflict")
}

/// A line without the name and folder of the project that cargo works on.
fn in_notebook_words(line: &str) -> String {
    let mut line = line.to_owned();
    // "package `wick-session v0.0.0 (/home/me/.cache/…)`"
    if let Some(start) = line.find("package `wick-session")
        && let Some(length) = line[start + "package `".len()..].find('`')
    {
        let end = start + "package `".len() + length + 1;
        let start = if line[..start].ends_with("the ") {
            start - 4
        } else {
            start
        };
        line.replace_range(start..end, "the notebook");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_cargos_without_its_project() {
        let said = "    Updating crates.io index\nerror: no matching package named `nonesuch` found\n\
                    location searched: crates.io index\n\
                    required by package `wick-session v0.0.0 (/tmp/x)`\n";
        let error = explain(said, &[]);
        assert_eq!(error.evalue, "no matching package named `nonesuch` found");
        assert_eq!(error.traceback.len(), 1);
    }

    #[test]
    fn the_last_cause_comes_first() {
        let said = "error: failed to get `foo` as a dependency of package `wick-session v0.0.0 (/tmp/x)`\n\n\
                    Caused by:\n  failed to load source\n\nCaused by:\n  failed to connect\n";
        let error = explain(said, &[]);
        assert_eq!(
            error.evalue,
            "failed to get `foo` as a dependency of the notebook: failed to connect"
        );
        let said = "error: failed to select a version for `regex`.\n    ... required by package `wick-session v0.0.0 (/x)`\n\
                    versions that meet the requirements are: 1.13.2\n\n\
                    package `wick-session` depends on `regex` with feature `nope` but `regex` does not have that feature.\n\
                    \x20available features: std\n\n\n\
                    failed to select a version for `regex` which could resolve this conflict\n";
        let error = explain(said, &[]);
        assert_eq!(
            error.evalue,
            "the notebook depends on `regex` with feature `nope` but `regex` does not have that feature"
        );
        assert_eq!(
            error
                .traceback
                .iter()
                .filter(|line| line.contains("nope"))
                .count(),
            1
        );
    }

    #[test]
    fn a_crate_that_does_not_compile_shows_why() {
        let said = "error: could not compile `mine` (lib) due to 1 previous error\n";
        let error = explain(
            said,
            &["error[E0308]: mismatched types\n --> src/lib.rs\n".into()],
        );
        assert!(error.evalue.starts_with("could not compile `mine`"));
        assert!(error.traceback[1].contains("error[E0308]: mismatched types"));
    }
}
