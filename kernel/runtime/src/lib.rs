//! The runtime side of a Wick session.
