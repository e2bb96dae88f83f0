// Package feed implements watches of append-only feeds. A watch reads the records after a
// sequence number. Writers of the same process wake it up; it polls for the writes of other
// processes. In contrast to change streams, any number of watches is cheap, and a watch
// needs no resume token.
package feed

import "sync"

// Notifier wakes up the watches of topics. The zero Notifier is ready to use. It is safe for
// concurrent use.
type Notifier struct {
	mu     sync.Mutex
	topics map[string]map[*subscription]bool
}

// subscription receives the notifications of one topic.
type subscription struct {
	notifier *Notifier
	topic    string
	// notified has a buffer of one, so that a notification during a read is not lost.
	notified chan struct{}
}

// subscribe subscribes to a topic until the subscription is closed.
func (n *Notifier) subscribe(topic string) *subscription {
	s := &subscription{notifier: n, topic: topic, notified: make(chan struct{}, 1)}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.topics == nil {
		n.topics = map[string]map[*subscription]bool{}
	}
	if n.topics[topic] == nil {
		n.topics[topic] = map[*subscription]bool{}
	}
	n.topics[topic][s] = true
	return s
}

func (s *subscription) close() {
	s.notifier.mu.Lock()
	defer s.notifier.mu.Unlock()
	delete(s.notifier.topics[s.topic], s)
	if len(s.notifier.topics[s.topic]) == 0 {
		delete(s.notifier.topics, s.topic)
	}
}

func (s *subscription) notify() {
	select {
	case s.notified <- struct{}{}:
	default: // it has a notification already
	}
}

// Notify wakes up the watches of a topic.
func (n *Notifier) Notify(topic string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for s := range n.topics[topic] {
		s.notify()
	}
}

// NotifyAll wakes up all watches, for example because the store is closed.
func (n *Notifier) NotifyAll() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, subscriptions := range n.topics {
		for s := range subscriptions {
			s.notify()
		}
	}
}
