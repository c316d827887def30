//! The heartbeat: whatever comes in goes back, also while a cell runs.

use zeromq::{RepSocket, SocketRecv, SocketSend};

use super::connection::{self, Connection, ConnectionError};
use super::router::pause_after;

/// What clients send is a word.
const LONGEST_BEAT: usize = 64 << 10;

/// Listens, and answers until the process ends.
pub async fn bind(connection: &Connection) -> Result<(), ConnectionError> {
    let mut socket: RepSocket = connection::socket(LONGEST_BEAT);
    connection
        .bind(&mut socket, &connection.heartbeat())
        .await?;
    tokio::spawn(async move {
        loop {
            let echoed = match socket.recv().await {
                Ok(beat) => socket.send(beat).await,
                Err(error) => Err(error),
            };
            if let Err(error) = echoed {
                pause_after("heartbeat", &error).await;
            }
        }
    });
    Ok(())
}
