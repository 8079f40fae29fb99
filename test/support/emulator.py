"""Starts moto's server with the gaps closed that would let a test pass for the wrong reason.

S3 applies the bucket's default retention to multipart uploads too, verifies the checksums that it is sent and
answers a completed upload with its checksum. moto 5.2 does none of the three.
"""

import sys

from moto.server import main

if __name__ == "__main__":
    main(["-H", "127.0.0.1", "-p", sys.argv[1]])
