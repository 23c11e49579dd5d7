// A certified OpenID Provider for tests: provider.mjs PORT REDIRECT_URI. Anybody who signs in there is believed;
// whoever is called "unsure" has an address that was never checked. Says "ready" once it listens.
import Provider from 'oidc-provider';

const [port, redirectUri] = [Number(process.argv[2]), process.argv[3]];
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{
    client_id: 'shop', client_secret: 's3cret+with/signs', redirect_uris: [redirectUri],
    grant_types: ['authorization_code'], response_types: ['code'],
  }],
  pkce: { required: () => true },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  cookies: { keys: ['only for tests'] },
  features: { devInteractions: { enabled: true } },
  findAccount: async (_context, id) => ({
    accountId: id,
    claims: async () => ({ sub: id, name: id, email: `${id}@example.com`, email_verified: !id.startsWith('unsure') }),
  }),
});
provider.listen(port, '127.0.0.1', () => console.log('ready'));
