-- Accounts. `user`, `session` and `credential` are what better-auth expects under those (or its own) names; ids are its text ids.
CREATE TABLE user (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  -- Always lower case.
  email TEXT NOT NULL UNIQUE,
  email_verified INTEGER NOT NULL DEFAULT 0,
  image TEXT,
  role TEXT NOT NULL DEFAULT 'member' CHECK (role IN ('owner', 'member')),
  -- Kept to the minute.
  last_seen_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);
CREATE INDEX user_owner ON user (id) WHERE role = 'owner';

CREATE TABLE session (
  id TEXT PRIMARY KEY,
  token TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  expires_at INTEGER NOT NULL,
  ip_address TEXT,
  user_agent TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);
CREATE INDEX session_user ON session (user_id);
CREATE INDEX session_expiry ON session (expires_at);

-- A way to sign in; today one password per user. better-auth calls it an account.
CREATE TABLE credential (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  account_id TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  password TEXT,
  access_token TEXT,
  refresh_token TEXT,
  id_token TEXT,
  access_token_expires_at INTEGER,
  refresh_token_expires_at INTEGER,
  scope TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (provider_id, account_id)
);
CREATE INDEX credential_user ON credential (user_id);

-- Single-use links to sign up with. Only the SHA-256 of the link's secret is kept.
CREATE TABLE invitation (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  secret_hash TEXT NOT NULL UNIQUE,
  -- For the owner's eye: whom it is for.
  note TEXT,
  created_by TEXT REFERENCES user (id) ON DELETE SET NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  used_by TEXT REFERENCES user (id) ON DELETE SET NULL
);

-- Tokens for scripts. Only the SHA-256 is kept; `hint` is its first characters, to tell them apart.
CREATE TABLE api_token (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  hint TEXT NOT NULL,
  secret_hash TEXT NOT NULL UNIQUE,
  -- JSON list of read, write, admin.
  scopes TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  -- Kept to the minute.
  last_used_at INTEGER
);
CREATE INDEX api_token_user ON api_token (user_id);

-- Secrets the server made for itself: what signs its cookies.
CREATE TABLE server_secret (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
