package awssim

import (
	"fmt"

	"mooring/cloud/simulated"
)

// refusal is an error that a service answers with.
type refusal struct {
	status  int
	code    string
	message string
}

func (r *refusal) Error() string { return r.code + ": " + r.message }

func refuse(status int, code, message string, values ...any) *refusal {
	return &refusal{status, code, fmt.Sprintf(message, values...)}
}

// namespaces are those of the services that answer in XML.
var namespaces = map[string]string{
	sts:            "https://sts.amazonaws.com/doc/2011-06-15/",
	iam:            "https://iam.amazonaws.com/doc/2010-05-08/",
	cloudFormation: "http://cloudformation.amazonaws.com/doc/2010-05-15/",
	ec2:            "http://ec2.amazonaws.com/doc/2016-11-15/",
}

// reply is the refusal in the shape of a service.
func (r *refusal) reply(service, requestID string) reply {
	switch service {
	case ec2:
		return xmlReply(r.status, tag("Response",
			tag("Errors", tag("Error", leaf("Code", r.code), leaf("Message", r.message))), leaf("RequestID", requestID)))
	case sts, iam, cloudFormation:
		side := "Sender"
		if r.status >= 500 {
			side = "Receiver"
		}
		n := tag("ErrorResponse", tag("Error", leaf("Type", side), leaf("Code", r.code), leaf("Message", r.message)), leaf("RequestId", requestID))
		n.space = namespaces[service]
		return xmlReply(r.status, n)
	}
	a := simulated.JSONReply(r.status, map[string]string{"message": r.message})
	a.Header.Set("X-Amzn-Errortype", r.code+":http://internal.amazon.com/coral/com.amazonaws.rolesanywhere/")
	return a
}
