package store

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// ErrInvalid means that a record or a query exceeds a bound or lacks a required value. The
// error names the field and the bound. Nothing was written.
var ErrInvalid = errors.New("invalid record")

// Bounds that several records share. Sizes are in bytes.
const (
	maxID          = 256   // IDs, and names of companies and people
	maxLine        = 512   // names, reasons and other texts of one line
	maxURL         = 2048  // URLs
	maxText        = 4096  // notes and messages
	maxFilterItems = 200   // values of one list of a filter or query
	maxAuditState  = 16384 // one of the two states of an audit entry
)

// bounds checks the fields of a record. It holds the first violation.
type bounds struct {
	what string // the record, for the error
	err  error
}

// fail records a violation unless there is an earlier one.
func (b *bounds) fail(format string, args ...any) {
	if b.err == nil {
		b.err = fmt.Errorf("%s: "+format+": %w", append(append([]any{b.what}, args...), ErrInvalid)...)
	}
}

// text checks that a value is valid UTF-8 of at most limit bytes without NUL characters, which
// MongoDB does not support in keys.
func (b *bounds) text(field, value string, limit int) {
	switch {
	case len(value) > limit:
		b.fail("%s has %d bytes, the maximum is %d", field, len(value), limit)
	case !utf8.ValidString(value) || strings.ContainsRune(value, 0):
		b.fail("%s is not UTF-8 text", field)
	}
}

// required checks a text that must not be empty.
func (b *bounds) required(field, value string, limit int) {
	if value == "" {
		b.fail("%s is empty", field)
	}
	b.text(field, value, limit)
}

// texts checks the number of texts and each of them.
func (b *bounds) texts(field string, values []string, items, limit int) {
	if len(values) > items {
		b.fail("%s has %d values, the maximum is %d", field, len(values), items)
		return
	}
	for _, v := range values {
		b.required(field, v, limit)
	}
}

// filter checks a list of a filter or query.
func (b *bounds) filter(field string, values []string) {
	b.texts(field, values, maxFilterItems, maxID)
}

// hash checks a hexadecimal SHA-256.
func (b *bounds) hash(field, value string) {
	if !hexSHA256.MatchString(value) {
		b.fail("%s is not a hexadecimal SHA-256", field)
	}
}

var hexSHA256 = regexp.MustCompile(`^[0-9a-f]{64}$`)

// after checks that a time is set and later than another.
func (b *bounds) after(field string, value, earlier time.Time) {
	if !value.After(earlier) {
		b.fail("%s (%s) is not after %s", field, value.UTC().Format(time.RFC3339), earlier.UTC().Format(time.RFC3339))
	}
}

// oneOf checks that a value is one of those that its type defines.
func oneOf[T ~string](b *bounds, field string, value T, all ...T) {
	if !slices.Contains(all, value) {
		b.fail("%s is %.40q, not one of %q", field, string(value), all)
	}
}

// anyOf checks a list of typed values of a query.
func anyOf[T ~string](b *bounds, field string, values []T, all ...T) {
	if len(values) > maxFilterItems {
		b.fail("%s has %d values, the maximum is %d", field, len(values), maxFilterItems)
	}
	for _, v := range values {
		oneOf(b, field, v, all...)
	}
}

// StoredTime returns t as every store represents it: in UTC and whole milliseconds.
func StoredTime(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// list returns a copy of values that is not nil, because a store does not distinguish an empty
// list from nil.
func list[T any](values []T) []T { return append([]T{}, values...) }

// NewestKey is the key of a record in a list that is ordered by descending time and ID.
type NewestKey struct {
	At time.Time
	ID string
}

// String formats the key for EncodeContinue.
func (k NewestKey) String() string { return strconv.FormatInt(k.At.UnixMilli(), 10) + " " + k.ID }

// DecodeNewest returns the effective limit of o and the key after which the page starts. The
// key is nil for the first page.
func (o ListOptions) DecodeNewest() (limit int, after *NewestKey, err error) {
	limit, key, err := o.Decode()
	if err != nil || key == "" {
		return limit, nil, err
	}
	at, id, ok := strings.Cut(key, " ")
	ms, err := strconv.ParseInt(at, 10, 64)
	if err != nil || !ok {
		return 0, nil, fmt.Errorf("%.40q: %w", o.Continue, ErrInvalidToken)
	}
	return limit, &NewestKey{time.UnixMilli(ms).UTC(), id}, nil
}

// MaxExpired is the maximum number of records that one call of ExpireDeliveries,
// ExpireSessions, ExpireAudit or ExpireRequests deletes. A caller repeats the call while
// it returns this number.
const MaxExpired = 1000
