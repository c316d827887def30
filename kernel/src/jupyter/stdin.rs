//! The channel on which clients answer questions. Cells read from a closed input, so nothing is asked yet; the
//! socket is there because every client connects to it.

use super::connection::{Connection, ConnectionError};
use super::router::{self, Router};

/// Listens; what comes in uninvited is named and left out.
pub async fn bind(connection: &Connection) -> Result<(), ConnectionError> {
    let Router {
        mut requests,
        replies,
    } = router::bind(connection, connection.stdin(), "stdin").await?;
    tokio::spawn(async move {
        // The socket closes when both halves are gone.
        let _open = replies;
        while let Some(message) = requests.recv().await {
            tracing::warn!("stdin: nobody asked for {}", message.header.msg_type);
        }
    });
    Ok(())
}
