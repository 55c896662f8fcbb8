package googlesim

import (
	"fmt"
	"net/http"

	"mooring/cloud/simulated"
)

// refusal is an error that an API answers with, in Google's common shape.
type refusal struct {
	status   int
	code     string // of google.rpc.Code: "PERMISSION_DENIED"
	message  string
	reason   string // of ErrorInfo: "IAM_PERMISSION_DENIED"; empty: there is no ErrorInfo
	domain   string
	metadata map[string]string
}

func (r *refusal) Error() string { return r.code + ": " + r.message }

func refuse(status int, code, message string, values ...any) *refusal {
	return &refusal{status: status, code: code, message: fmt.Sprintf(message, values...)}
}

func (r *refusal) because(reason, domain string, metadata map[string]string) *refusal {
	r.reason, r.domain, r.metadata = reason, domain, metadata
	return r
}

func (r *refusal) reply() simulated.Reply {
	said := map[string]any{"code": r.status, "message": r.message, "status": r.code}
	if r.reason != "" {
		said["details"] = []any{map[string]any{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": r.reason, "domain": r.domain, "metadata": r.metadata}}
	}
	return simulated.JSONReply(r.status, map[string]any{"error": said})
}

// tokenRefusal is an error of a token service, in the shape of OAuth.
type tokenRefusal struct{ code, message string }

func (r *tokenRefusal) Error() string { return r.code + ": " + r.message }

func (r *tokenRefusal) reply() simulated.Reply {
	return simulated.JSONReply(http.StatusBadRequest, map[string]string{"error": r.code, "error_description": r.message})
}

// permissionDenied names the permission, as Google does.
func permissionDenied(permission, resource string) *refusal {
	where := "resource"
	if resource != "" {
		where = "resource '" + resource + "'"
	}
	return refuse(http.StatusForbidden, "PERMISSION_DENIED", "Permission '%s' denied on %s (or it may not exist).", permission, where).
		because("IAM_PERMISSION_DENIED", "iam.googleapis.com", map[string]string{"permission": permission, "resource": resource})
}

// serviceDisabled is about an API that isn't enabled in the project that uses it.
func serviceDisabled(p *project, service string) *refusal {
	address := "https://console.developers.google.com/apis/api/" + service + "/overview?project=" + p.Number
	return refuse(http.StatusForbidden, "PERMISSION_DENIED", "%s API has not been used in project %s before or it is disabled. Enable it by visiting %s then retry. "+
		"If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.", service, p.Number, address).
		because("SERVICE_DISABLED", "googleapis.com", map[string]string{"service": service, "consumer": "projects/" + p.Number, "activationUrl": address})
}
