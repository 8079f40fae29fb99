/** An S3 endpoint that takes everything and keeps nothing: so that a benchmark measures the sender. */
import { createServer, type IncomingMessage } from 'node:http';

const CHECKSUM = 'x-amz-checksum-crc32';

function answerTo(request: IncomingMessage): string {
  const { method, url = '' } = request;
  if (method === 'POST' && url.includes('uploads')) {
    return '<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>';
  }
  if (method === 'POST') {
    const crc = String(request.headers[CHECKSUM]);
    return `<CompleteMultipartUploadResult><ETag>"1"</ETag><ChecksumCRC32>${crc}</ChecksumCRC32><ChecksumType>FULL_OBJECT</ChecksumType></CompleteMultipartUploadResult>`;
  }
  if (method === 'GET' && url.includes('versions')) return '<ListVersionsResult></ListVersionsResult>';
  return '';
}

const server = createServer((request, response) => {
  request.resume().once('end', () => {
    const checksum = request.headers[CHECKSUM];
    response.writeHead(200, {
      etag: '"1"',
      ...(typeof checksum === 'string' ? { [CHECKSUM]: checksum } : {}),
    });
    response.end(answerTo(request));
  });
});
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : address}\n`);
});
