//! What a cell calls in other libraries, told to the linker as that.
//!
//! rustc takes it that a crate and those that it uses end in one library, and hides in it what some of its shims call: the
//! function behind a `#[track_caller]` method in a table of `dyn`, for one. Here each crate is a library, and the linker would
//! make a call of what is hidden and not there a call of nothing.

use object::Endianness;
use object::elf::{FileHeader64, SHN_UNDEF, SHT_SYMTAB, STV_DEFAULT, Sym64};
use object::read::elf::{FileHeader, SectionHeader, Sym};

/// What of a symbol's `st_other` says who sees it.
const VISIBILITY: u8 = 3;

/// Makes the hidden symbols of an object file visible that other libraries have to define. A file that is none stays as it is:
/// the linker says what is wrong with it.
pub(super) fn show_undefined(file: &mut [u8]) {
    for at in hidden(file).unwrap_or_default() {
        // The default is 0.
        file[at] &= !VISIBILITY;
    }
}

/// Where the `st_other` of each of them stands.
fn hidden(file: &[u8]) -> object::Result<Vec<usize>> {
    const OTHER: usize = std::mem::offset_of!(Sym64<Endianness>, st_other);
    let header = FileHeader64::<Endianness>::parse(file)?;
    let endian = header.endian()?;
    let mut found = Vec::new();
    for section in header.sections(endian, file)?.iter() {
        if section.sh_type(endian) != SHT_SYMTAB {
            continue;
        }
        let symbols: &[Sym64<Endianness>] = section.data_as_array(endian, file)?;
        let start = section.sh_offset(endian) as usize;
        // The first symbol is none.
        let unseen = symbols.iter().enumerate().skip(1).filter(|(_, symbol)| {
            symbol.st_shndx(endian) == SHN_UNDEF && symbol.st_visibility() != STV_DEFAULT
        });
        found.extend(
            unseen.map(|(index, _)| start + index * size_of::<Sym64<Endianness>>() + OTHER),
        );
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_object_file_stays_as_it_is() {
        for bytes in [&b""[..], b"text", &[0x7f, b'E', b'L', b'F', 2, 1, 1, 0]] {
            let mut file = bytes.to_vec();
            show_undefined(&mut file);
            assert_eq!(file, bytes);
        }
    }
}
