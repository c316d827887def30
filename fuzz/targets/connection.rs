//! A connection file, and the addresses that are made of it.
#![no_main]

mod file;

use libfuzzer_sys::fuzz_target;
use wick_kernel::jupyter::connection::Connection;

fuzz_target!(|bytes: &[u8]| {
    file::holding(bytes, |path| match Connection::read(path) {
        Ok(connection) => {
            for endpoint in [
                connection.shell(),
                connection.control(),
                connection.iopub(),
                connection.stdin(),
                connection.heartbeat(),
            ] {
                assert!(
                    endpoint.starts_with("tcp://") || endpoint.starts_with("ipc://"),
                    "{endpoint}"
                );
            }
            assert_eq!((connection.clients().0)().len(), 3);
        }
        // It names the file, and says what is wrong with it.
        Err(error) => assert!(error.to_string().contains("/proc/self/fd/"), "{error}"),
    });
});
