package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// initiateRetry is the time between two attempts to reach a server that starts.
const initiateRetry = 500 * time.Millisecond

// Codes of server errors: error_codes.yml of MongoDB 6.0.
const (
	codeAlreadyInitialized   = 23
	codeNoReplicationEnabled = 76
	codeNotYetInitialized    = 94
)

// InitiateReplicaSet makes the one server of uri a replica set with the given name, whose only
// member has the address host (HOST:PORT), and waits until it accepts writes. The server must
// run with --replSet name. An empty host is the first host of uri. It retries until the server
// responds or ctx ends, and reports whether the server was not a replica set before.
func InitiateReplicaSet(ctx context.Context, uri, name, host string) (initiated bool, err error) {
	opts := options.Client().ApplyURI(uri)
	if err := opts.Validate(); err != nil {
		return false, invalidURI(err, uri)
	}
	if host == "" {
		host = opts.Hosts[0]
	}
	opts.ReplicaSet = nil // a server that is not a member yet would not match it
	client, err := mongo.Connect(opts.SetAppName(appName).SetDirect(true).SetTimeout(attemptTimeout).SetServerSelectionTimeout(attemptTimeout))
	if err != nil {
		return false, invalidURI(err, uri)
	}
	defer func() { _ = client.Disconnect(context.WithoutCancel(ctx)) }()
	config := bson.D{{Key: "_id", Value: name}, {Key: "members", Value: bson.A{bson.D{{Key: "_id", Value: 0}, {Key: "host", Value: host}}}}}
	for {
		done, again, err := initiateOnce(ctx, client.Database("admin"), name, config)
		initiated = initiated || done
		if err == nil && !again {
			return initiated, nil
		}
		if err != nil && !isTransient(err) {
			return initiated, fmt.Errorf("initiate the replica set %s at %s: %w", name, host, newOpenError(err, uri))
		}
		select {
		case <-ctx.Done():
			if err == nil {
				err = errors.New("the server is not a primary")
			}
			return initiated, fmt.Errorf("initiate the replica set %s at %s: %w", name, host, newOpenError(err, uri))
		case <-time.After(initiateRetry):
		}
	}
}

// Why a server cannot become a replica set, whatever the number of attempts.
var (
	errOtherSet      = errors.New("the server is a member of another replica set")
	errNoReplication = errors.New("the server runs without a replica set; start it with --replSet")
)

// isTransient reports whether a server that starts can return err.
func isTransient(err error) bool {
	var server mongo.ServerError
	return !errors.Is(err, errOtherSet) && !errors.Is(err, errNoReplication) && (!errors.As(err, &server) || server.HasErrorCode(codeNotYetInitialized))
}

// initiateOnce initiates the set if the server has none. It returns again if the server is not a
// primary yet.
func initiateOnce(ctx context.Context, admin *mongo.Database, name string, config bson.D) (initiated, again bool, err error) {
	var hello struct {
		SetName  string `bson:"setName"`
		Writable bool   `bson:"isWritablePrimary"`
	}
	if err := admin.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello); err != nil {
		return false, false, err
	}
	switch {
	case hello.SetName != "" && hello.SetName != name:
		return false, false, fmt.Errorf("%w: %s", errOtherSet, hello.SetName)
	case hello.SetName != "":
		return false, !hello.Writable, nil
	}
	err = admin.RunCommand(ctx, bson.D{{Key: "replSetInitiate", Value: config}}).Err()
	var server mongo.ServerError
	switch {
	case !errors.As(err, &server):
		return err == nil, true, err
	case server.HasErrorCode(codeAlreadyInitialized): // by another process
		return false, true, nil
	case server.HasErrorCode(codeNoReplicationEnabled):
		return false, false, fmt.Errorf("%w %s", errNoReplication, name)
	}
	return false, true, err
}
