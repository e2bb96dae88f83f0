package store

import "time"

// ObjectKey identifies a custom resource.
type ObjectKey struct {
	Kind, Namespace, Name string
}

// Object is a custom resource: its key, the metadata that the store uses, and the whole
// resource as JSON. ResourceVersion is a decimal integer that increases with every write.
type Object struct {
	ObjectKey
	ResourceVersion string
	UID             string
	Labels          map[string]string
	JSON            []byte
}

// EventType is the type of a change to an object.
type EventType string

// The event types of a Watch, as Kubernetes names them.
const (
	EventAdded    EventType = "ADDED"
	EventModified EventType = "MODIFIED"
	EventDeleted  EventType = "DELETED"
)

// ObjectEvent is one change to an object. The object of a DELETED event has the resource
// version of the deletion.
type ObjectEvent struct {
	Type   EventType
	Object Object
}

// Lease is the exclusive right of Holder to work on Name until Expires.
type Lease struct {
	Name, Holder string
	Epoch        int64
	Expires      time.Time
	// IdleFor is the time between the expiry of the previous holder's lease and this
	// acquisition. It is many years if the lease was released or is new, and 0 if the holder
	// already held the lease.
	IdleFor time.Duration
}

// Fence identifies the lease under which a run writes. A write with an outdated epoch
// returns ErrFenced. The zero Fence disables the check, for writers that have exclusive
// access to their store.
type Fence struct {
	LeaseName string `json:"leaseName"`
	Epoch     int64  `json:"epoch"`
}
