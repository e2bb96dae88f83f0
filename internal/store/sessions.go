package store

import (
	"context"
	"time"
)

// Session is a sign-in of a person to the dashboard.
type Session struct {
	// ID is the hexadecimal SHA-256 of the token in the cookie. The store does not have the
	// token.
	ID         string    `json:"id"`
	User       string    `json:"user"`
	Role       string    `json:"role"` // what the user was allowed at the sign-in
	CreatedAt  time.Time `json:"createdAt"`
	LastSeenAt time.Time `json:"lastSeenAt"`
	// ExpiresAt is when the session ends, by inactivity or by age, whichever is earlier.
	ExpiresAt time.Time `json:"expiresAt"`
	IPAddress string    `json:"ipAddress"`
	UserAgent string    `json:"userAgent"` // at most 512 bytes
}

// Checked returns s as it is stored, or an error that wraps ErrInvalid.
func (s Session) Checked() (Session, error) {
	b := bounds{what: "session"}
	b.hash("id", s.ID)
	b.required("user", s.User, maxID)
	b.text("role", s.Role, maxID)
	b.text("ipAddress", s.IPAddress, maxID)
	b.text("userAgent", s.UserAgent, maxLine)
	b.after("createdAt", s.CreatedAt, time.Time{})
	b.after("expiresAt", s.ExpiresAt, s.CreatedAt)
	s.CreatedAt, s.LastSeenAt, s.ExpiresAt = StoredTime(s.CreatedAt), StoredTime(s.LastSeenAt), StoredTime(s.ExpiresAt)
	return s, b.err
}

// Sessions stores sessions. A session that has expired at now is not found.
type Sessions interface {
	// CreateSession stores s, or returns ErrExists if there is a session with its ID.
	CreateSession(ctx context.Context, s Session) error
	// GetSession returns a session, or ErrNotFound.
	GetSession(ctx context.Context, id string, now time.Time) (Session, error)
	// ListSessions returns one page of the sessions of a user that have not expired, newest
	// first. An empty user selects all users.
	ListSessions(ctx context.Context, user string, now time.Time, opts ListOptions) (items []Session, next string, err error)
	// TouchSession sets LastSeenAt to now and ExpiresAt to expires, or returns ErrNotFound.
	TouchSession(ctx context.Context, id string, now, expires time.Time) error
	// DeleteSession deletes a session. It is not an error if there is none.
	DeleteSession(ctx context.Context, id string) error
	// DeleteUserSessions deletes all sessions of a user and returns their number.
	DeleteUserSessions(ctx context.Context, user string) (deleted int, err error)
	// ExpireSessions deletes sessions that have expired at now, at most MaxExpired, and returns
	// their number. MongoDB deletes them by itself too.
	ExpireSessions(ctx context.Context, now time.Time) (deleted int, err error)
}
