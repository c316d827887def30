//! Errors that `?` carries out of a cell.

use std::error::Error;
use std::fmt;
use std::panic::Location;

/// What the body of a cell returns when a `?` ends it early: any error, and the place of the `?`.
pub struct CellError {
    error: Box<dyn Error>,
    type_name: &'static str,
    location: &'static Location<'static>,
}

/// Everything that converts to `Box<dyn Error>`: every `std::error::Error`, boxed errors, `anyhow::Error`,
/// and text. It is called by `?`, hence on the user's line.
impl<E: Into<Box<dyn Error>>> From<E> for CellError {
    #[track_caller]
    fn from(error: E) -> Self {
        Self {
            error: error.into(),
            type_name: std::any::type_name::<E>(),
            location: Location::caller(),
        }
    }
}

/// Like [`CellError`], for a cell in which `?` meets something that is no error: everything with a `Debug`, as
/// in `Err(5)?`. Its message is what `Debug` prints.
pub struct DebugError(CellError);

impl<E: fmt::Debug> From<E> for DebugError {
    #[track_caller]
    fn from(error: E) -> Self {
        Self(CellError {
            error: format!("{error:?}").into(),
            type_name: std::any::type_name::<E>(),
            location: Location::caller(),
        })
    }
}

impl DebugError {
    /// What the cell's machinery works with.
    pub fn into_cell_error(self) -> CellError {
        self.0
    }
}

impl fmt::Debug for CellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.error, f)
    }
}

impl CellError {
    /// The error's type without the path of its crate: `ParseIntError`, `Box<dyn Error>` as `Error`.
    pub(crate) fn short_type_name(&self) -> String {
        let mut name = self.type_name;
        while let Some(inner) = name.strip_prefix("alloc::boxed::Box<") {
            name = inner.strip_prefix("dyn ").unwrap_or(inner);
            name = name.strip_suffix('>').unwrap_or(name);
        }
        let path = name.split(['<', ' ', '+']).next().unwrap_or(name);
        match path.rsplit("::").next() {
            Some(last) if last.starts_with(|c: char| c.is_ascii_uppercase()) => last.to_string(),
            // `&str` and the like.
            _ => "Error".to_string(),
        }
    }

    pub(crate) fn message(&self) -> String {
        self.error.to_string()
    }

    pub(crate) fn causes(&self) -> Vec<String> {
        let mut causes = Vec::new();
        let mut next = self.error.source();
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        causes
    }

    pub(crate) fn location(&self) -> &'static Location<'static> {
        self.location
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_of(result: Result<(), CellError>) -> String {
        result.unwrap_err().short_type_name()
    }

    #[test]
    fn the_name_of_an_error_is_its_type() {
        assert_eq!(
            name_of((|| {
                "x".parse::<i32>()?;
                Ok(())
            })()),
            "ParseIntError"
        );
        assert_eq!(
            name_of((|| {
                Err("text")?;
                Ok(())
            })()),
            "Error"
        );
        let boxed = || -> Result<(), Box<dyn Error>> { Err("text".into()) };
        assert_eq!(
            name_of((|| {
                boxed()?;
                Ok(())
            })()),
            "Error"
        );
    }

    #[test]
    fn what_is_no_error_is_told_by_debug() {
        let failed = || -> Result<(), DebugError> { Ok(Err::<(), _>((5, "five"))?) };
        let error = failed().unwrap_err().into_cell_error();
        assert_eq!(error.message(), r#"(5, "five")"#);
    }

    #[test]
    fn the_place_of_an_error_is_the_question_mark() {
        const LINE: u32 = line!() + 2;
        let error = (|| -> Result<(), CellError> {
            "x".parse::<i32>()?;
            Ok(())
        })()
        .unwrap_err();
        assert_eq!(error.location().line(), LINE);
    }
}
