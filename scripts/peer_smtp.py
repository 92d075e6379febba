"""A mail server on a free port of this machine: keeps each letter as JSON, with and without STARTTLS.

Started by scripts/peers with a folder that has certificate.pem, key.pem and letters/. Says where it is in the file smtp.
gone@ is nobody, and later@ has to come again.
"""

import asyncio
import email
import email.policy
import json
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP


class Letters:
    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.partition("@")[0]
        if name == "gone":
            return "550 5.1.1 <" + address + ">: nobody of that name"
        if name == "later":
            return "451 4.3.0 <" + address + ">: come again"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server, session, envelope):
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = [part for part in letter.walk() if not part.is_multipart()]
        kept = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "encrypted": session.ssl is not None,
            "headers": [[name, str(value)] for name, value in letter.items()],
            "parts": [[part.get_content_type(), text_of(part)] for part in parts],
            "defects": [repr(defect) for part in letter.walk() for defect in part.defects],
        }
        self.count += 1
        # Whole or not at all, for whoever looks meanwhile.
        draft = self.folder / "draft"
        draft.write_text(json.dumps(kept))
        draft.rename(self.folder / f"{self.count:06}.json")
        return "250 2.0.0 taken"


def text_of(part):
    content = part.get_content()
    return content if isinstance(content, str) else content.hex()


async def main(room):
    encryption = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    encryption.load_cert_chain(room / "certificate.pem", room / "key.pem")
    letters = Letters(room / "letters")
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(letters, loop=loop, tls_context=encryption, hostname="127.0.0.1"), "127.0.0.1", 0
    )
    port = server.sockets[0].getsockname()[1]
    (room / "smtp").write_text(f"127.0.0.1:{port}")
    await server.serve_forever()


asyncio.run(main(pathlib.Path(sys.argv[1])))
