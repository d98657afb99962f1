INSERT INTO runs (id, method, kind, title, passport) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (id) DO UPDATE SET method = excluded.method, kind = excluded.kind, title = excluded.title,
  passport = excluded.passport
