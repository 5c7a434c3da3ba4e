// The session cookie's name, the same for HTTP and the live channel.

export const sessionCookieName = 'gatewatch_session';
