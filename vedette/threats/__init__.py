"""What happened and what may happen: incidents, inquiries into them, actors, threats, determinations, outcomes.

Likelihood (a number said in ICD 203 words) is kept apart from confidence; contested accounts stand side by side.
"""
