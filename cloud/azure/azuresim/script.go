package azuresim

import "fmt"

// Scripted is one subscription of the demo and what a user who links it meets.
type Scripted struct {
	SubscriptionID string
	Name           string
	Environment    string
	TenantID       string // the directory that its application lives in
	ClientID       string // "" where the user registers an application himself
	Outcome        string // one plain sentence
}

// Script lists what the subscriptions do, in the order in which they are told.
func Script() []Scripted {
	var list []Scripted
	for _, s := range scenes() {
		list = append(list, s.Scripted)
	}
	return list
}

const (
	workingSubscription = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
	workingDirectory    = "11111111-2222-3333-4444-555555555555"
)

// scene is a scripted subscription with all that makes it behave so. Except for
// the working one, each has a directory and an application of its own.
type scene struct {
	Scripted
	number        int
	directoryName string
	home          string   // environment of the directory, if it is another one
	movedTo       string   // name of the directory that the subscription went to, if it went
	state         string   // "" means Enabled
	roles         []string // what its application holds on it
	unregistered  bool     // Compute and Network are not registered
	disabled      bool     // the application is
	noPrincipal   bool     // the application has no service principal
	noApplication bool     // the client ID belongs to nothing
	trusting      bool     // Trust uploads a management certificate too
	signIn        signInCue
	read          readCue
	classic       classicCue
	trust         trustCue
}

// sceneID is a GUID in which the kind and the number of the scene can be read.
func sceneID(kind string, number int) string {
	return fmt.Sprintf("%s%06d-0000-4000-8000-%012d", kind, number, number)
}

// The kinds of sceneID.
const (
	kindSubscription = "50"
	kindDirectory    = "70"
	kindMovedTo      = "7a"
	kindClient       = "c0"
	kindObject       = "b0"
	kindPrincipal    = "e0"
	kindAssignment   = "a" // and the number of the role
)

// scenes are the working subscription and then all cues, numbered from 2.
func scenes() []scene {
	list := []scene{{
		number:        1,
		directoryName: "Harbor Example Ltd",
		noApplication: true,
		Scripted: Scripted{
			SubscriptionID: workingSubscription,
			TenantID:       workingDirectory,
			Name:           "Pay-As-You-Go",
			Environment:    "public",
			Outcome:        "Works: register an application, upload the certificate, assign a role, and it connects; the classic way works after an upload under Management certificates.",
		},
	}}
	for _, part := range [][]scene{connectedScenes(), directoryScenes(), readingScenes(), foreignScenes(), classicScenes(), narrowScenes()} {
		for _, s := range part {
			s.number = len(list) + 1
			s.SubscriptionID = sceneID(kindSubscription, s.number)
			s.TenantID = sceneID(kindDirectory, s.number)
			s.ClientID = sceneID(kindClient, s.number)
			s.directoryName = s.Name + " Ltd"
			if s.Environment == "" {
				s.Environment = "public"
			}
			list = append(list, s)
		}
	}
	return list
}

// set puts one scene into the world.
func (w *world) set(s scene) error {
	cloud, ok := findEnvironment(s.Environment)
	if !ok {
		return fmt.Errorf("scene %d: unknown environment %q", s.number, s.Environment)
	}
	d := &directory{id: s.TenantID, name: s.directoryName, environment: cloud, cue: s.signIn}
	if s.home != "" {
		if d.environment, ok = findEnvironment(s.home); !ok {
			return fmt.Errorf("scene %d: unknown environment %q", s.number, s.home)
		}
	}
	w.directories = append(w.directories, d)
	sub := &subscription{
		id:             s.SubscriptionID,
		name:           s.Name,
		state:          "Enabled",
		environment:    cloud,
		directory:      d,
		advertised:     d.id,
		outcome:        s.Outcome,
		scriptedClient: s.ClientID,
		providers:      newProviders(registered),
		trusting:       s.trusting,
		read:           s.read,
		classic:        s.classic,
	}
	if s.state != "" {
		sub.state = s.state
	}
	if s.unregistered {
		sub.providers = newProviders(notRegistered)
	}
	if s.movedTo != "" {
		sub.directory = &directory{id: sceneID(kindMovedTo, s.number), name: s.movedTo, environment: cloud}
		w.directories = append(w.directories, sub.directory)
	}
	w.subscriptions = append(w.subscriptions, sub)
	if s.noApplication {
		return nil
	}
	a := &application{
		clientID:    s.ClientID,
		objectID:    sceneID(kindObject, s.number),
		principalID: sceneID(kindPrincipal, s.number),
		name:        "mooring for " + s.Name,
		directory:   d,
		disabled:    s.disabled,
		trust:       s.trust,
		scripted:    true,
	}
	if s.noPrincipal {
		a.principalID = ""
	}
	w.applications = append(w.applications, a)
	return sub.grantScripted(a, s)
}

// grantScripted gives the application of a scene its roles.
func (s *subscription) grantScripted(a *application, from scene) error {
	for i, name := range from.roles {
		r, err := findRole(name)
		if err != nil {
			return err
		}
		s.assignments = append(s.assignments, assignment{
			id:          sceneID(fmt.Sprintf("%s%d", kindAssignment, i), from.number),
			principalID: a.principalID,
			clientID:    a.clientID,
			name:        a.name,
			role:        r,
			scope:       scope{subscription: s.id},
		})
	}
	return nil
}
