/** Whether anybody else can tell authentik, as a proxy does, where a visitor comes from. */
export const proxyPeers = { id: 'proxy-peers', title: 'nobody but Caddy can pose as the proxy to authentik' };

/** What they could do. */
export const whatPeersDo =
  'authentik believes what they say about a visitor: from which address somebody comes, so that no brake on guessing passwords holds, and at which host.';
