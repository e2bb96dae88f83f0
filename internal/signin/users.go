package signin

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Role is what a user of the dashboard may do.
type Role string

// The roles.
const (
	Viewer   Role = "viewer"   // reads everything but keys, settings and the audit log
	Reviewer Role = "reviewer" // also reviews changes and corrects documents
	Operator Role = "operator" // everything
)

// Roles lists the roles, the least first.
var Roles = []Role{Viewer, Reviewer, Operator}

// Owner is the user who signs in without a name.
const Owner = "owner"

// User is a person who may sign in with a password.
type User struct {
	Name string
	Role Role
	Hash Hash
}

// userName is the form of a name: it is part of the audit log.
var userName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$`)

// ParseUsers reads users, one NAME:ROLE:HASH each, separated by white space.
func ParseUsers(text string) (users []User, err error) {
	for i, entry := range strings.Fields(text) {
		parts := strings.SplitN(entry, ":", 3)
		if len(parts) != 3 || !userName.MatchString(parts[0]) || !slices.Contains(Roles, Role(parts[1])) {
			return nil, fmt.Errorf("entry %d: expected NAME:ROLE:HASH with a role of viewer, reviewer or operator", i+1)
		}
		u := User{Name: parts[0], Role: Role(parts[1])}
		if u.Hash, err = ParseHash(parts[2]); err != nil {
			return nil, fmt.Errorf("entry %d: %w", i+1, err)
		}
		if slices.ContainsFunc(users, func(o User) bool { return o.Name == u.Name }) || u.Name == Owner {
			return nil, fmt.Errorf("entry %d: the name %s is used twice or reserved", i+1, u.Name)
		}
		users = append(users, u)
	}
	return users, nil
}
