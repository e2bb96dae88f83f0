package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// AcquireLease implements store.Leases.
func (s leaseStore) AcquireLease(ctx context.Context, name, holder string, ttl time.Duration) (l store.Lease, err error) {
	err = s.inTransaction(ctx, "acquire lease "+name, func(t *sql.Tx) error {
		now := time.Now()
		old, err := getLease(ctx, t, name)
		if err != nil {
			return err
		}
		if old.Holder != "" && old.Holder != holder && old.Expires.After(now) {
			l = old
			return store.ErrConflict
		}
		l = store.Lease{Name: name, Holder: holder, Epoch: old.Epoch, Expires: now.Add(ttl)}
		if old.Holder != holder || !old.Expires.After(now) {
			l.Epoch++
			l.IdleFor = now.Sub(old.Expires)
		}
		_, err = t.ExecContext(ctx, `INSERT INTO leases(name,holder,epoch,expires) VALUES(?,?,?,?) ON CONFLICT(name) DO UPDATE SET holder=excluded.holder, epoch=excluded.epoch, expires=excluded.expires`,
			name, holder, l.Epoch, l.Expires.UnixNano())
		return err
	})
	return l, err
}

// RenewLease implements store.Leases.
func (s leaseStore) RenewLease(ctx context.Context, l store.Lease, ttl time.Duration) (store.Lease, error) {
	err := s.inTransaction(ctx, "renew lease "+l.Name, func(t *sql.Tx) error {
		l.Expires = time.Now().Add(ttl)
		res, err := t.ExecContext(ctx, `UPDATE leases SET expires=? WHERE name=? AND holder=? AND epoch=?`, l.Expires.UnixNano(), l.Name, l.Holder, l.Epoch)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(store.ErrFenced, err)
		}
		return nil
	})
	return l, err
}

// ReleaseLease implements store.Leases.
func (s leaseStore) ReleaseLease(ctx context.Context, l store.Lease) error {
	return s.inTransaction(ctx, "release lease "+l.Name, func(t *sql.Tx) error {
		_, err := t.ExecContext(ctx, `UPDATE leases SET holder='', expires=0 WHERE name=? AND holder=? AND epoch=?`, l.Name, l.Holder, l.Epoch)
		return err
	})
}

// getLease reads a lease. A lease that does not exist is returned as free.
func getLease(ctx context.Context, t *sql.Tx, name string) (store.Lease, error) {
	l := store.Lease{Name: name, Expires: time.Unix(0, 0)}
	var expires int64
	err := t.QueryRowContext(ctx, `SELECT holder, epoch, expires FROM leases WHERE name=?`, name).Scan(&l.Holder, &l.Epoch, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		return l, nil
	}
	l.Expires = time.Unix(0, expires)
	return l, err
}
