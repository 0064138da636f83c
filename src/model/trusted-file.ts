/** Where an app finds the authorities that it should trust, inside of its container. */
export const trustedFile = '/etc/homeauth/authorities.pem';

/** The variables by which programs take such a file: those in Go, Rust, Ruby and .NET, in Node, and in Python. */
export const trustVariables = ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE'] as const;
