//! Messages of the Language Server Protocol on a byte stream: a header that tells the length, and JSON.

use std::io;

use serde_json::Value;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Longer ones are nothing that was asked for.
const LONGEST: usize = 64 << 20;

/// Writes a message.
pub async fn write(stream: &mut (impl AsyncWrite + Unpin), message: &Value) -> io::Result<()> {
    let body = serde_json::to_vec(message)?;
    let header = format!("Content-Length: {}\r\n\r\n", body.len());
    stream.write_all(header.as_bytes()).await?;
    stream.write_all(&body).await?;
    stream.flush().await
}

/// Reads the next message; `None` at the end of the stream.
pub async fn read(stream: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<Value>> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok();
        }
    }
    let length = length
        .filter(|length| *length <= LONGEST)
        .ok_or_else(|| io::Error::other("a message without a usable length"))?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(Some(serde_json::from_slice(&body)?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn what_is_written_is_read() {
        let mut bytes = Vec::new();
        write(&mut bytes, &json!({"a": "é"})).await.unwrap();
        write(&mut bytes, &json!([1])).await.unwrap();
        let mut stream = &bytes[..];
        assert_eq!(read(&mut stream).await.unwrap(), Some(json!({"a": "é"})));
        assert_eq!(read(&mut stream).await.unwrap(), Some(json!([1])));
        assert_eq!(read(&mut stream).await.unwrap(), None);
    }

    #[tokio::test]
    async fn other_headers_do_not_matter_and_a_length_does() {
        let mut stream = &b"Content-Type: x\r\ncontent-length: 2\r\n\r\n{}"[..];
        assert_eq!(read(&mut stream).await.unwrap(), Some(json!({})));
        assert!(read(&mut &b"Content-Type: x\r\n\r\n{}"[..]).await.is_err());
        let huge = b"Content-Length: 99999999999\r\n\r\n";
        assert!(read(&mut &huge[..]).await.is_err());
    }
}
