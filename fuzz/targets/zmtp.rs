//! Bytes on a socket, before anybody has proved anything: greeting, commands, frames.
#![no_main]

use asynchronous_codec::Decoder;
use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use zeromq::__bench::ZmqCodec;

/// As many bytes come at once as the first one says.
fn decode(bytes: &[u8]) -> (usize, bool) {
    let Some((portion, bytes)) = bytes.split_first() else {
        return (0, true);
    };
    let (mut codec, mut waiting, mut messages) = (ZmqCodec::new(), BytesMut::new(), 0);
    for portion in bytes.chunks(usize::from(*portion).max(1)) {
        waiting.extend_from_slice(portion);
        loop {
            match codec.decode(&mut waiting) {
                Ok(Some(_)) => messages += 1,
                Ok(None) => break,
                Err(_) => return (messages, false),
            }
        }
        // Room is made for what has come, and for as much again at most, however long a frame says it is.
        assert!(
            waiting.capacity() <= (4 * bytes.len()).max(1 << 20),
            "{}",
            waiting.capacity()
        );
    }
    (messages, true)
}

fuzz_target!(|bytes: &[u8]| {
    let parts = decode(bytes);
    if let Some((_, rest)) = bytes.split_first() {
        let whole = decode(&[&[255], rest].concat());
        assert_eq!(parts, whole, "how bytes are cut into portions matters");
    }
});
