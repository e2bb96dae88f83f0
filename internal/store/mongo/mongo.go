// Package mongo keeps everything in MongoDB 6 or later, or Atlas, so that many
// processes share it. Writes are acknowledged by a majority, every call has a
// timeout and is repeated under the same key while its outcome is unknown.
package mongo

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"github.com/clausea/crawler/internal/store"
)

// attemptTimeout bounds one try of one operation. A hung primary holds the
// operation in flight until then though its successor is elected within 2-3 s
// (measured on three members of MongoDB 6.0.5), so it is short and repeated.
const attemptTimeout = 5 * time.Second

// operationTimeout bounds one operation with all its tries, elections included.
const operationTimeout = 45 * time.Second

// DefaultDatabase is used where neither the URI nor the settings name one.
const DefaultDatabase = "clausea"

// Store is a store.Store over one database.
type Store struct {
	client *mongo.Client
	db     *mongo.Database
	// replicated says that the server is a replica set, which transactions and
	// change streams need.
	replicated bool
	sessions   sessions
	disconnect func(context.Context) error // the client's
}

var _ store.Store = (*Store)(nil)

// Open connects to uri and makes sure that a server answers. database may be
// empty: then it is the URI's, or DefaultDatabase. No error shows the credentials.
func Open(ctx context.Context, uri, database string) (*Store, error) {
	if database == "" {
		database = uriDatabase(uri)
	}
	opts := options.Client().ApplyURI(uri)
	if err := opts.Validate(); err != nil {
		return nil, fmt.Errorf("open MongoDB: the URI is refused (it reads mongodb://USER:PASSWORD@HOST/DATABASE or mongodb+srv://...): %w", redactCredentials(err, uri))
	}
	opts.SetAppName("clausea").SetTimeout(attemptTimeout).SetServerSelectionTimeout(attemptTimeout).SetConnectTimeout(attemptTimeout).
		SetRetryReads(true).SetRetryWrites(true).
		SetWriteConcern(writeconcern.Majority()).SetReadConcern(readconcern.Majority()).SetReadPreference(readpref.Primary()).
		SetBSONOptions(&options.BSONOptions{UseJSONStructTags: true, NilSliceAsEmpty: true, NilMapAsEmpty: true})
	client, err := mongo.Connect(opts)
	if err != nil {
		return nil, fmt.Errorf("open MongoDB: %w", redactCredentials(err, uri))
	}
	s := &Store{client: client, db: client.Database(database), disconnect: client.Disconnect}
	if err := s.hello(ctx); err != nil {
		_ = s.Close(ctx)
		return nil, fmt.Errorf("open MongoDB at %s: no server answers (is it up, and is this address in its access list?): %w", uriHosts(uri), redactCredentials(err, uri))
	}
	return s, nil
}

func (s *Store) hello(ctx context.Context) error {
	return s.retry(ctx, "say hello to MongoDB", func(ctx context.Context) error {
		var hello struct {
			SetName string `bson:"setName" json:"setName"`
			Msg     string `bson:"msg" json:"msg"`
		}
		err := s.client.Database("admin").RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello)
		s.replicated = hello.SetName != "" || hello.Msg == "isdbgrid"
		return err
	})
}

// Replicated says whether the server is a replica set or a sharded cluster.
// Without one, watches list anew every second and a fence is checked before a
// write, not with it.
func (s *Store) Replicated() bool { return s.replicated }

// Close implements store.Store. It takes attemptTimeout at most, whatever the servers do.
func (s *Store) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), attemptTimeout)
	defer cancel()
	// Disconnect waits for the driver's monitors without regard to the context, and
	// they miss that they are to end if it comes as they connect (driver 2.10, one
	// in some forty on a busy machine): then they wait for a silent server as long as the timeouts of a
	// connection and a heartbeat let them, and end after that.
	ended := make(chan error, 1)
	go func() { ended <- s.disconnect(ctx) }()
	select {
	case err := <-ended:
		if err != nil && !errors.Is(err, mongo.ErrClientDisconnected) {
			return fmt.Errorf("close MongoDB: %w", err)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("close MongoDB: its connections have not ended: %w", ctx.Err())
	}
}

// Ping implements store.Store.
func (s *Store) Ping(ctx context.Context) error {
	now := time.Now().UnixNano()
	return s.retry(ctx, "ping MongoDB", func(ctx context.Context) error {
		_, err := s.db.Collection(metaCollection).UpdateOne(ctx, bson.D{{Key: "_id", Value: "ping"}},
			bson.D{{Key: "$set", Value: bson.D{{Key: "at", Value: now}}}}, options.UpdateOne().SetUpsert(true))
		if err != nil {
			return err
		}
		return s.db.Collection(metaCollection).FindOne(ctx, bson.D{{Key: "_id", Value: "ping"}}).Err()
	})
}

// Counts implements store.Store. A company is counted if it has documents.
func (s *Store) Counts(ctx context.Context) (companies, documents int64, err error) {
	err = s.retry(ctx, "count companies and documents", func(ctx context.Context) error {
		var e error
		if documents, e = s.db.Collection(documentCollection).CountDocuments(ctx, bson.D{}); e != nil {
			return e
		}
		cur, e := s.db.Collection(documentCollection).Aggregate(ctx, bson.A{
			bson.D{{Key: "$group", Value: bson.D{{Key: "_id", Value: "$company"}}}}, bson.D{{Key: "$count", Value: "n"}},
		})
		if e != nil {
			return e
		}
		var rows []struct {
			N int64 `json:"n"`
		}
		if e = cur.All(ctx, &rows); e == nil && len(rows) > 0 {
			companies = rows[0].N
		}
		return e
	})
	return companies, documents, err
}

// uriDatabase is the database that a URI names.
func uriDatabase(uri string) string {
	rest := uri[strings.Index(uri, "://")+1:]
	rest = strings.TrimLeft(rest, "/")
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		rest = rest[i+1:]
	}
	_, path, _ := strings.Cut(rest, "/")
	name, _, _ := strings.Cut(path, "?")
	if name, err := url.PathUnescape(name); err == nil && name != "" {
		return name
	}
	return DefaultDatabase
}

// uriHosts are a URI's hosts, without credentials or options.
func uriHosts(uri string) string {
	_, rest, _ := strings.Cut(uri, "://")
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		rest = rest[i+1:]
	}
	rest, _, _ = strings.Cut(rest, "/")
	rest, _, _ = strings.Cut(rest, "?")
	return rest
}

// Bounds of Drop: a server removes a database's files one after the other, and may have
// much else to do.
const (
	dropAttempt = time.Minute
	dropTimeout = 5 * time.Minute
)

// Drop removes the database with all that is in it. It is for tests.
func (s *Store) Drop(ctx context.Context) error {
	return retryWithin(ctx, dropAttempt, dropTimeout, "drop database "+s.db.Name(), s.db.Drop)
}
