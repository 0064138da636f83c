/**
 * Speaks SMTP as authentik's own mail backend does, up to the point where a message would follow, and prints a line of
 * JSON for every step. Settings come from the container's own environment, read as authentik reads them (JSON where it
 * is JSON); the one argument is the recipient. A password never leaves it, not even in a server's echo.
 */
export const smtpScript = `
import email.utils, json, os, smtplib, socket, ssl, sys

def setting(name, otherwise):
    value = os.environ.get('AUTHENTIK_EMAIL__' + name, otherwise)
    try:
        return json.loads(value)
    except ValueError:
        return value

host, port = str(setting('HOST', 'localhost')), int(setting('PORT', '25'))
username, password = str(setting('USERNAME', '')), str(setting('PASSWORD', ''))
starttls, implicit = setting('USE_TLS', 'false') is True, setting('USE_SSL', 'false') is True
sender = email.utils.parseaddr(str(setting('FROM', 'authentik@localhost')))[1]
recipient, limit = sys.argv[1], float(setting('TIMEOUT', '10'))

def tell(step, kind, said=''):
    said = str(said)
    if password:
        said = said.replace(password, '***')
    print(json.dumps({'step': step, 'kind': kind, 'said': said[:500]}), flush=True)

def words(answer):
    code, text = answer
    return '%d %s' % (code, text.decode('utf-8', 'replace') if isinstance(text, bytes) else text)

class Line(smtplib.SMTP):
    """A conversation on a connection that is there already."""
    def __init__(self, sock):
        self.given = sock
        super().__init__(timeout=limit)
        self._host = host
    def _get_socket(self, *_):
        return self.given
    def greeted(self):
        answer = self.connect(host, port)
        if answer[0] != 220:
            raise smtplib.SMTPConnectError(*answer)
        return words(answer)

def dial():
    return socket.create_connection((host, port), limit)

def encrypt(sock):
    return ssl.create_default_context().wrap_socket(sock, server_hostname=host)

def speaks_tls():
    """Whether the one that says nothing waits for encryption to begin at once."""
    try:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.wrap_socket(dial(), server_hostname=host).close()
        return True
    except OSError:
        return False

def speaks_plainly():
    """Whether the one that cannot begin with encryption greets without it."""
    try:
        with dial() as sock:
            return sock.recv(3) == b'220'
    except OSError:
        return False

def kind_of(error):
    if isinstance(error, ssl.SSLCertVerificationError):
        return 'certificate'
    if isinstance(error, ssl.SSLError):
        return 'encryption'
    if isinstance(error, TimeoutError) or 'timed out' in str(error):
        return 'silent'
    if isinstance(error, ConnectionRefusedError):
        return 'refused'
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return 'unsupported'
    if isinstance(error, smtplib.SMTPResponseException):
        return 'rejected'
    if isinstance(error, (smtplib.SMTPServerDisconnected, ConnectionResetError, BrokenPipeError)):
        return 'hung-up'
    return 'unreachable' if isinstance(error, OSError) else 'other'

def judged(answer):
    """What an answer to a sender or a recipient means."""
    code, text = answer[0], words(answer).lower()
    if code in (250, 251):
        return 'ok'
    if code in (530, 538) and not (starttls or implicit) and 'starttls' in text:
        return 'wants-starttls'
    if code == 530 and not username:
        return 'wants-login'
    return 'later' if 400 <= code < 500 else 'rejected'

def said_by(error):
    if isinstance(error, smtplib.SMTPResponseException):
        return words((error.smtp_code, error.smtp_error))
    return error

step = 'resolve'
try:
    found = sorted({entry[4][0] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)})
    tell(step, 'ok', ', '.join(found))
    step = 'connect'
    sock = dial()
    if implicit:
        tell(step, 'ok')
        step = 'tls'
        line = Line(encrypt(sock))
        line.greeted()
        tell(step, 'ok')
        line.ehlo_or_helo_if_needed()
    else:
        line = Line(sock)
        tell(step, 'ok', line.greeted())
        step = 'tls'
        line.ehlo_or_helo_if_needed()
        if starttls:
            line.starttls(context=ssl.create_default_context())
            line.ehlo()
            tell(step, 'ok')
    step = 'login'
    if username and password:
        line.login(username, password)
        tell(step, 'ok')
    step = 'sender'
    answer = line.mail(sender)
    tell(step, judged(answer), words(answer))
    if judged(answer) == 'ok':
        step = 'recipient'
        answer = line.rcpt(recipient)
        tell(step, judged(answer), words(answer))
    step = None
    line.rset()
    line.quit()
except socket.gaierror as error:
    tell(step, 'unknown' if step == 'resolve' else 'unreachable', error)
except Exception as error:
    kind = kind_of(error)
    if step == 'connect' and not implicit and kind in ('silent', 'hung-up') and speaks_tls():
        kind = 'speaks-tls'
    if step == 'tls' and implicit and kind != 'certificate' and speaks_plainly():
        kind = 'speaks-plainly'
    if step == 'login' and line.has_extn('starttls') and not starttls and kind in ('unsupported', 'rejected'):
        kind = 'wants-starttls'
    if step:
        tell(step, kind, said_by(error))
`;
